"""The hall screen: board, announcements, and the page that shows and speaks them."""
