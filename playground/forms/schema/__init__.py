"""What a JSON Schema says at one place, and which kind of field it gets."""
