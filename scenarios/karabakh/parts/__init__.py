"""Parts of the scenario that build.py puts together."""
