"""What members mean that say when mail goes out, and when it does not."""

OF_MAIL: dict[str, str] = {
    "expiryWarningDays": "How many days before its end an invitation warns of it; 0: it does not.",
    "inForce": "What holds: the partner's decision, or else the installation's.",
    "nextReminder": "When its contact is written to again; null where that will not happen.",
    "passwordInMail": "Whether first passwords stand in mails; left false, a one-time link does.",
    "paused": "Whether mail is held back.",
    "pausedAt": "Since when.",
    "pausedBy": "Who did it.",
    "pausedForAll": "Whether the operator holds everybody's mail back.",
    "pausedNote": "What was said about it.",
    "pausedWhy": "`by-hand`, or `hard-bounces`: too much of it came back.",
    "quietHours": "From which full hour of the contact's day to which no reminders go out, such as `20-8`; or `off`.",
    "reminded": "How many reminders went out, since it was last sent.",
    "remindersStoppedAt": "When its contact asked for no more reminders; null: not so far.",
    "reminders": "On which days after the invitation its contact is reminded, at most four; an empty list: on none.",
    "reset": "Which decisions fall back to the installation's.",
    "timeZone": "Where the contact is, such as Europe/Stockholm; left out, anywhere in the customer's country.",
}
