"""Values that every layer shares: identities, places, moments, names in both languages, kinds of bad input."""
