"""A small web application that looks up a guest's hotel reservations with Deck."""
