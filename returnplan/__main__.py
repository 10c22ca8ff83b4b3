"""Let ``python -m returnplan`` be the command."""

from returnplan.cli import main

if __name__ == "__main__":
    main()
