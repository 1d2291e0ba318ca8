"""The weather on screens: the vigilance of Météo-France."""
