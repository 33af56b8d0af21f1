"""The Deck API below `/v2`: a function for each call, and the routes that lead to them."""
