"""The OpenAPI document of an edition, made from the operations and models that the server uses."""
