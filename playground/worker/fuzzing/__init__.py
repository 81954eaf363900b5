"""Looking for inputs that make a workflow fail, where its code is imported: in a process of its own."""
