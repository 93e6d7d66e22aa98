"""What of a person and a group is taken by SCIM, and published as such under `/Schemas`: what signing in needs.

The schemas are RFC 7643's `User` and `Group` with fewer attributes. What a provider sends beyond them (telephone,
address, title, photo, password) is dropped as it comes in: nothing here has a place for it.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import Field, create_model
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    External,
    Filter,
    Meta,
    Mutability,
    Patch,
    Reference,
    Required,
    Resource,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)

from turnout.edge.provisioning import GroupsPlan, Person, StaffGroup
from turnout.words.moment import Moment
from turnout.words.name import Language

PAGE_MAX: Final = 200
"""Resources in one answer: of a few hundred bytes each, and made in some milliseconds."""

LANGUAGES: Final = ("en", "zh-CN")


def spoken(language: str | None) -> Language | None:
    """The one of ours that a tag means (RFC 5646); English for a language that we do not speak."""
    if not language:
        return None
    return "zh-CN" if language.lower().startswith("zh") else "en"


class Membership(ComplexAttribute):
    value: Annotated[str | None, Mutability.read_only, CaseExact.true] = None
    ref: Annotated[Reference["Group"] | None, Mutability.read_only] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    display: Annotated[str | None, Mutability.read_only] = None


class User(Resource[Any]):
    """A member of the city's staff who signs in. / 可登录的工作人员。"""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Mutability.immutable, Uniqueness.server, Required.true] = None
    display_name: Annotated[str | None, Mutability.read_write] = None
    preferred_language: Annotated[str | None, Mutability.read_write] = Field(None, examples=list(LANGUAGES))
    active: Annotated[bool | None, Mutability.read_write] = None
    groups: Annotated[list[Membership] | None, Mutability.read_only] = None


class Member(ComplexAttribute):
    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    ref: Annotated[Reference["User"] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])


class Group(Resource[Any]):
    """People with the same roles. / 角色相同的人员。"""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Mutability.read_write, Required.true, CaseExact.true] = None
    members: Annotated[list[Member] | None, Mutability.read_write] = None


def group_model_of(plan: GroupsPlan) -> type[Group]:
    """Groups whose names are those of the plan."""
    named = Annotated[str | None, Mutability.read_write, Required.true, CaseExact.true]
    fields: dict[str, Any] = {"display_name": (named, Field(None, examples=list(plan.groups)))}
    return create_model("Group", __base__=Group, __doc__=Group.__doc__, **fields)


def provider_of(plan: GroupsPlan, group: type[Group]) -> ScimProvider:
    """The service as it describes itself. Groups are there only where the plan has a meaning for some."""
    return ScimProvider(
        models=[User, group] if plan.groups else [User],
        config=ServiceProviderConfig(
            patch=Patch(supported=True),
            bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
            filter=Filter(supported=True, max_results=PAGE_MAX),
            change_password=ChangePassword(supported=False),
            sort=Sort(supported=False),
            etag=ETag(supported=False),
            authentication_schemes=[
                AuthenticationScheme(
                    type=AuthenticationScheme.Type.oauthbearertoken,
                    name="token",
                    description="A token with the scope `provision`, as Bearer token",
                    spec_uri=Reference[External]("https://datatracker.ietf.org/doc/html/rfc6750"),
                    primary=True,
                )
            ],
        ),
        policy=ScimPolicy(unknown=ScimPolicy.Unknown.ignore, remove_value_as_filter=ScimPolicy.RemoveValue.apply),
    )


def user_of(person: Person, groups: list[StaffGroup]) -> User:
    """As its provider sees the account. What it never said is not there."""
    return User(
        id=person.id,
        external_id=person.external_id or None,
        user_name=person.account,
        display_name=person.name if person.name != person.account else None,
        preferred_language=person.language,
        active=(not person.disabled) if person.says_active else None,
        groups=[
            Membership(value=one.id, ref=Reference["Group"](f"Groups/{one.id}"), display=one.name) for one in groups
        ]
        or None,
        meta=_meta("User", person.created, person.changed),
    )


def group_of(model: type[Group], group: StaffGroup, members: list[str]) -> Group:
    return model(
        id=group.id,
        external_id=group.external_id or None,
        display_name=group.name,
        members=[Member(value=one, ref=Reference["User"](f"Users/{one}"), type="User") for one in members] or None,
        meta=_meta("Group", group.created, group.changed),
    )


def _meta(kind: str, created: Moment, changed: Moment) -> Meta:
    return Meta(resource_type=kind, created=_when(created), last_modified=_when(changed))


def _when(at: Moment) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)
