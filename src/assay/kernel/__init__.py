"""Evidence, claims, checks, tools, the agent loop, policy and approval. Imports nothing of ours."""
