"""Public notices: what visitors read of a hall’s notices at their own pace, on a kiosk or a phone."""
