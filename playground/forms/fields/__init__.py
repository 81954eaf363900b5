"""The tree of fields between a value, a post and a form."""
