"""What workers publish of the user's code, and inputs that people have saved for it."""
