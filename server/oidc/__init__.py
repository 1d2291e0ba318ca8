"""Signing in by a provider of identities: OpenID Connect, code flow, by the rules of ProConnect."""
