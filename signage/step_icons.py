"""The signs that a step of a notice may have: Lucide icons, which a screen also keeps to play offline."""

STEP_ICONS = (
    *(
        "id-card",
        "file-text",
        "clipboard-list",
        "folder-open",
        "image",
        "pencil",
        "printer",
        "upload",
        "download",
    ),
    *("calendar", "calendar-check", "clock", "hourglass", "timer", "ticket", "bell", "megaphone"),
    *("smartphone", "phone", "monitor", "tablet", "keyboard", "qr-code", "globe", "key-round", "search"),
    *(
        "user",
        "users",
        "user-check",
        "handshake",
        "hand",
        "footprints",
        "baby",
        "accessibility",
        "ear",
        "eye",
    ),
    *("map-pin", "house", "building-2", "landmark", "briefcase", "graduation-cap", "car", "scale", "shield"),
    *("info", "message-square", "languages", "circle-check", "triangle-alert", "ban"),
)
"""Names of files in `/assets/icons`, those of papers first, then of time, machines, people and places."""
