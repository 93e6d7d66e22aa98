"""The routes of the API, by subject. Each only translates; what is done is done in `edge`."""
