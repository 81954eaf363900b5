"""The pages, one file for each noun; a view reads, calls one service and renders."""
