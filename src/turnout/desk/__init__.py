"""The one writer of a book: takes commands, decides, appends durably, then answers and tells."""
