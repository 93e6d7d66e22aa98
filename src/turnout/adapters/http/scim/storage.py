"""Between the SCIM library and the accounts: where it reads and writes one request's resources.

It runs in the thread of `edge.provisioning`. What it reads it reads there; what changes anything is done on the loop,
where the journal is asked first, and waited for here.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar, cast

from scim2_models import (
    Error,
    NotFoundException,
    Resource,
    ResourceType,
    ResponseParameters,
    SCIMException,
    ScimFilter,
    SearchRequest,
)
from scim2_models.path import CompareOperator, Comparison
from scim2_server.storage import ScimStorage, SearchPage

from turnout.adapters.http.scim.resources import Group, User, group_of, spoken, user_of
from turnout.desk.access import Principal
from turnout.edge.answers import Declined, declined
from turnout.edge.counter import why_unstorable
from turnout.edge.provisioning import Person, PersonWanted, ProvisioningDesk, StaffGroup
from turnout.words.name import Language

DONE_WITHIN_S: Final = 60.0
"""A group of 2,000 that changes its meaning is 2,000 rows of the journal. Then the program is told to ask again."""

ACCOUNT_MAX: Final = 64
"""Characters: the journal's own limit on an identity (core/limits.py)."""

NAME_MAX: Final = 128
EXTERNAL_MAX: Final = 255

SCIM_TYPES: Final = {
    "account-taken": (409, "uniqueness"),
    "unknown-account": (400, "invalidValue"),
    "unknown-role": (400, "invalidValue"),
    "unknown-agency": (400, "invalidValue"),
    "group-means-nothing": (400, "invalidValue"),
    "unstorable-text": (400, "invalidValue"),
    "longer-than-kept": (400, "invalidValue"),
}
"""Status and `scimType` (RFC 7644, table 9) of our nos; others have the status that they have everywhere."""

MEMBERS_IN_PAGE: Final = 5_000
"""After so many members a page is full (RFC 7644, 3.4.2.4: fewer than asked for may come): half a megabyte."""

T = TypeVar("T")


class Waiting(SCIMException):
    """A no that may be a yes a little later; `retry_after_s` says when."""

    retry_after_s = 1


def refusal(answer: Declined, language: Language) -> SCIMException:
    """A no of ours as an error of SCIM (RFC 7644, 3.12), in the language of who asks."""
    status, kind = SCIM_TYPES.get(answer.code, (answer.status, None))
    error = Error(status=status, scim_type=kind, detail=answer.text.spoken(language))
    if not answer.retry_after_s:
        return SCIMException.from_error(error)
    waiting = Waiting(detail=error.detail)
    waiting.status, waiting.retry_after_s = status, answer.retry_after_s
    return waiting


class AccountsStorage(ScimStorage):
    """One request's. `loop` is the desk's; `group_model` what groups are by the plan."""

    def __init__(
        self,
        desk: ProvisioningDesk,
        group_model: type[Group],
        who: Principal,
        language: Language,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._desk, self._group_model = desk, group_model
        self._who, self._language, self._loop = who, language, loop

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        if resource_type.name == "User":
            return self._user(self._person(resource_id))
        return self._group(self._staff_group(resource_id))

    def search(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], *, position: Any = None
    ) -> SearchPage:
        start, count = (search_request.start_index or 1) - 1, search_request.count or 0
        matching, page = self._matching(search_request.filter), list[Resource[Any]]()
        total = members = 0
        for row in self._candidates({one.name for one in resource_types}, search_request.filter):
            here = start <= total < start + count and members <= MEMBERS_IN_PAGE
            shown = self._shown(row) if here or matching is not None else None
            if shown is not None and matching is not None and not matching.match(shown):
                continue
            total += 1
            if shown is not None and here:
                page.append(shown)
                members += len(shown.members or ()) if isinstance(shown, Group) else 0
        return SearchPage(total, page)

    def _candidates(self, kinds: set[str | None], given: ScimFilter[Any] | None) -> list[Person | StaffGroup]:
        """What a filter has to be held against. `userName eq "ana"`, as programs ask before all else, is looked up."""
        kept, (name, value) = self._desk.kept, _looked_up(given)
        if name == "username":
            person = kept.find_by_account(kept.find_alike(value)) if "User" in kinds else None
            return [person] if person is not None and not person.gone else []
        rows: list[Person | StaffGroup] = [*kept.list_persons()] if "User" in kinds else []
        rows += kept.list_groups() if "Group" in kinds else []
        return [row for row in rows if row.external_id == value] if name == "externalid" else rows

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        if resource_type.name == "User":
            user = cast(User, resource)
            account = self._bounded("userName", user.user_name, ACCOUNT_MAX)
            return self._user(self._done(self._desk.add_person(self._who, account, self._wanted(user))))
        group = cast(Group, resource)
        name, external = self._named(group)
        return self._group(self._done(self._desk.add_group(self._who, name, external, self._members(group))))

    def update(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> Resource[Any]:
        """One request is done after the other, so no other has come between."""
        if resource_type.name == "User":
            person, user = self._person(resource.id), cast(User, resource)
            return self._user(self._done(self._desk.change_person(self._who, person, self._wanted(user))))
        held, group = self._staff_group(resource.id), cast(Group, resource)
        name, external = self._named(group)
        return self._group(self._done(self._desk.change_group(self._who, held, name, external, self._members(group))))

    def delete(self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None) -> None:
        if resource_type.name == "User":
            self._done(self._desk.remove_person(self._who, self._person(resource_id)))
        else:
            self._done(self._desk.remove_group(self._who, self._staff_group(resource_id)))

    # what was sent

    def _wanted(self, user: User) -> PersonWanted:
        return PersonWanted(
            external_id=self._bounded("externalId", user.external_id, EXTERNAL_MAX),
            name=self._bounded("displayName", user.display_name, NAME_MAX),
            language=spoken(user.preferred_language),
            active=user.active,
        )

    def _named(self, group: Group) -> tuple[str, str]:
        return group.display_name or "", self._bounded("externalId", group.external_id, EXTERNAL_MAX)

    @staticmethod
    def _members(group: Group) -> frozenset[str]:
        return frozenset(one.value for one in group.members or () if one.value)

    def _bounded(self, name: str, text: str | None, most: int) -> str:
        if text is not None and len(text) > most:
            raise self._no(declined("longer-than-kept", field=name, most=most))
        unstorable = why_unstorable({name: text or ""})
        if unstorable is not None:
            raise self._no(unstorable)
        return text or ""

    # what is there

    def _person(self, person: str | None) -> Person:
        found = self._desk.kept.find_person(person or "")
        if found is None:
            raise NotFoundException(detail=f"There is no user {person!r}")
        return found

    def _staff_group(self, group: str | None) -> StaffGroup:
        found = self._desk.kept.find_group(group or "")
        if found is None:
            raise NotFoundException(detail=f"There is no group {group!r}")
        return found

    def _shown(self, one: Person | StaffGroup) -> Resource[Any]:
        return self._user(one) if isinstance(one, Person) else self._group(one)

    def _user(self, person: Person) -> User:
        return user_of(person, self._desk.kept.groups_of(person.id))

    def _group(self, group: StaffGroup) -> Group:
        return group_of(self._group_model, group, self._desk.kept.members_of(group.id))

    def _matching(self, given: ScimFilter[Any] | None) -> ScimFilter[Any] | None:
        """A search of everything has a filter that knows no kind of resource yet."""
        if given is None or given.models:
            return given
        return cast("ScimFilter[Any]", cast(Any, ScimFilter)[User | self._group_model](str(given)))

    # on the loop

    def _done(self, work: Coroutine[Any, Any, T | Declined]) -> T:
        outcome = asyncio.run_coroutine_threadsafe(self._desk.in_turn(work), self._loop).result(DONE_WITHIN_S)
        if isinstance(outcome, Declined):
            raise self._no(outcome)
        return outcome

    def _no(self, answer: Declined) -> SCIMException:
        return refusal(answer, self._language)


def _looked_up(given: ScimFilter[Any] | None) -> tuple[str, str]:
    """The attribute, in small letters, and the value of a filter that is one `eq`; empty for any other."""
    node = given.ast if given is not None else None
    if not isinstance(node, Comparison) or node.op != CompareOperator.eq or not isinstance(node.value, str):
        return "", ""
    return str(node.attr_path).rpartition(":")[2].casefold(), node.value
