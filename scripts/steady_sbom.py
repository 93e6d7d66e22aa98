"""A CycloneDX document from standard input to standard output, its number and time made of the lock file alone."""

import hashlib
import json
import os
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

if __name__ == "__main__":
    bill = json.load(sys.stdin)
    lock = hashlib.sha256(Path(sys.argv[1]).read_bytes()).hexdigest()
    bill["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_OID, lock).urn
    about = bill["metadata"]["component"]
    if "purl" in about:  # npm names the console by the folder that it lies in
        about["name"] = about["purl"].rpartition("/")[2].partition("@")[0]
    at = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), UTC)
    bill["metadata"]["timestamp"] = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    json.dump(bill, sys.stdout, indent=1, sort_keys=True)
    print()
