"""Foreign files in, a scenario folder out: layers of a GIS by a recipe that a planner may edit.

The first call reads the layers and writes a recipe (``import.toml``) with what it guesses; the
second makes the folder from the edited recipe, and the same recipe gives the same bytes. `layers`
opens files, each format in a file of its own: `vector`, `graphml`, `grids`. `recipe` is what the
planner edits, `written` its text, `guess` the first version of it by the words of `vocabulary`.
`gather` and `space` bring shapes into one plane, `ground` is what all parts share; `places`,
`lines`, `network` and `graph`, `hazards`, `people` make of them what `nouns` puts into tables;
`notes` counts what was read, guessed, mended and dropped; `build` puts all together, `made` writes
the folder. Geometry needs the extra ``geo``: nothing here is imported before a command asks for it.

To add a format, write a file with a function that gives layers, and name its ending in `layers`.
"""
