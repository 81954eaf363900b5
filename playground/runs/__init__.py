"""Runs beside their single journals: lists, counts, deletion, files, and the shapes in which programs get them."""
