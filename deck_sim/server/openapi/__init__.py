"""The OpenAPI document of an edition, made from the rows and models that the server uses."""
