#!/usr/bin/env bash
# standardwebhooks 1.1.0 (Python)
#
# Behaviour: sign() takes a datetime. It puts UTC in the place of the zone that the datetime has, and does not convert:
# nine o'clock in Shanghai is signed as nine o'clock in Greenwich. Whoever sends the right second in the header sends a
# signature that no receiver accepts, this library's own verify() included.
# Seen: signed at one and the same moment, given in UTC: accepted; in +08:00, +05:30 and -05:00: refused.
# Expected: the zone makes no difference, since the moment is the same.
# What to do: convert to UTC before signing, and never give it a local time without a zone. A receiver that refuses all
# events of one sender should look by how many hours they are off.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages standardwebhooks==1.1.0

cat >look.py <<'PYTHON'
from datetime import datetime, timedelta, timezone

from standardwebhooks import Webhook, WebhookVerificationError

webhook = Webhook(bytes(range(24)))
now = datetime.now(timezone.utc).replace(microsecond=0)
for hours in (0, 8, 5.5, -5):
    moment = now.astimezone(timezone(timedelta(hours=hours)))
    headers = {
        "webhook-id": "message",
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": webhook.sign("message", moment, "{}"),
    }
    try:
        webhook.verify("{}", headers)
        print("accepted")
    except WebhookVerificationError:
        print("refused")
PYTHON
{ read -r utc; read -r shanghai; read -r kolkata; read -r lima; } < <("$python" look.py)
still "signed with the time in UTC" accepted "$utc"
still "the same moment in +08:00" refused "$shanghai"
still "the same moment in +05:30" refused "$kolkata"
still "the same moment in -05:00" refused "$lima"
