"""What people are given: charts, maps, workbook, report, brief, exports; by audience and language.

In: the results of a run with its scenario, or a run folder that is read again.
Out: figures (PNG and SVG), ``results.xlsx``, one HTML page, PDFs, files for GIS and for exchange.
No result is computed here.

From the ground up: ``audience`` who may see which numbers; ``drawing`` what charts share;
``workbook`` tables as sheets; ``charts`` and ``maps`` one function a chart; ``figures`` all charts
of a run as files; ``findings`` sentences and small tables about a run; ``page`` the report in HTML;
``brief`` the PDFs; ``publish`` report and brief as files, all that were asked for or none;
``exporters`` one file a format for other programs.

To add a chart: ``charts``; a sentence or a small table for pages: ``findings``; a table or column
that everybody may see: ``audience``; a format for other programs: ``exporters``.
"""
