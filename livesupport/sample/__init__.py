"""Made-up tickets in five languages, as many as one likes: to see how a full desk looks, and to measure how fast it is."""
