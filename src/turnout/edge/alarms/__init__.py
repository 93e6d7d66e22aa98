"""Alarms before an outage: limits as data, pure judging with hysteresis, words in both languages, a watch."""
