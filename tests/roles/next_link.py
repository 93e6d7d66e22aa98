"""The program as its next version will be: `python -m tests.roles.next_link words…` says `LINK` + 1 to its like."""

from turnout.edge import between

between.LINK += 1  # type: ignore[misc]  # before anything that says it is imported

from turnout.main import main  # noqa: E402

if __name__ == "__main__":
    main()
