"""SCIM 2.0 (RFC 7643, RFC 7644): a city's identity provider keeps the accounts of its staff here."""
