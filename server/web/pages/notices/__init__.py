"""The pages of notices, `/affichage`: for the bureaus that draft and the officer who decides."""
