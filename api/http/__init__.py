"""HTTP: the app, its doors, and the form of everything that goes in or out."""
