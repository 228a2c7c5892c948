"""What the product knows: events, assets, credentials, policy and the store, and the use cases over them."""
