#!/usr/bin/env bash
# aiokafka 0.14.0
#
# Behaviour: the third version of DescribeGroups can ask what one is allowed to do with a group, and its answer has that
# number behind each group. aiokafka sends the request of version 3 and names the answer of version 2 for it. Of one
# group the number is left unread, without a word; of two groups the second one begins four bytes too early.
# Seen: answer named for request 3: DescribeGroupsResponse_v2. It reads an answer about "first" as that group, without
# its operations, and one about "first" and "second" not at all (ValueError); version 3, which is there, reads both.
# Expected: DescribeGroupsResponse_v3.
# What to do: ask with a request class of your own whose RESPONSE_TYPE is DescribeGroupsResponse_v3.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages aiokafka==0.14.0

cat >look.py <<'PYTHON'
from aiokafka.protocol.admin import DescribeGroupsRequest_v3, DescribeGroupsResponse_v3

NO_ERROR, OPERATIONS = 0, 0x148  # read, delete, describe


def read(kind, *names):
    """The groups that a class reads from an answer about these, and how many fields it has of each."""
    groups = [(NO_ERROR, name, "Empty", "consumer", "", [], OPERATIONS) for name in names]
    answer = DescribeGroupsResponse_v3(throttle_time_ms=0, groups=groups).encode()
    try:
        return "+".join(f"{group[1]}:{len(group)}" for group in kind.decode(answer).groups)
    except Exception as error:
        return type(error).__name__


named = DescribeGroupsRequest_v3.RESPONSE_TYPE
both = ("first", "second")
print(named.__name__, read(named, "first"), read(named, *both), read(DescribeGroupsResponse_v3, *both))
PYTHON
read -r named alone two right < <("$python" look.py)
still "answer that request 3 names" DescribeGroupsResponse_v2 "$named"
still "one group, and its fields, as it reads them" first:6 "$alone"
still "two groups" ValueError "$two"
still "two groups as version 3 reads them" first:7+second:7 "$right"
