"""Laws that hold for every workflow, and the random workflows that they are held against."""
