"""What files bring in about structure and people, and the headings it is known by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from salesyear.core.columns import Column, ImportKind, Type
from salesyear.core.scope import Scope
from salesyear.org.models import PositionKind, Unit, UnitKind
from salesyear.org.services import PAST, place_reps

LEVELS = {
    **dict.fromkeys(("company", "公司", "总公司", "集团"), UnitKind.COMPANY.value),
    **dict.fromkeys(("region", "area", "大区", "区域", "地区", "分公司"), UnitKind.REGION.value),
    **dict.fromkeys(("territory", "片区", "辖区", "省", "办事处"), UnitKind.TERRITORY.value),
}
SEATS = {
    **dict.fromkeys(("manager", "经理", "主管"), PositionKind.MANAGER.value),
    **dict.fromkeys(("rep", "salesperson", "销售", "销售员", "销售人员", "业务员", "代表"), PositionKind.REP.value),
}
FROM = ("start", "from", "start date", "valid from", "effective date", "开始", "开始日期", "生效日期", "起始日期")
UNTIL = ("end", "until", "to", "end date", "valid to", "结束", "结束日期", "失效日期", "截止日期")
UNIT = (
    "unit",
    "territory",
    "territory id",
    "territory code",
    "region",
    "area",
    "office code",
    "片区",
    "大区",
    "地区",
    "区域",
    "辖区",
    "所属片区",
    "所属大区",
)
REP = (
    "rep",
    "salesperson",
    "salesperson code",
    "sales rep",
    "sales person",
    "employee",
    "employee id",
    "employee number",
    "owner",
    "sales rep employee number",
    "employee id fk",
    "销售员",
    "销售人员编码",
    "业务员",
    "销售代表",
    "负责人",
    "客户经理",
    "员工编号",
)

starts_on = Column("starts_on", _("from"), Type.DATE, synonyms=FROM)
ends_on = Column("ends_on", _("until"), Type.DATE, synonyms=UNTIL)


def lay_paths(_keys: Iterable[Any]) -> None:
    """Write down every unit's path of keys from the company down, after units came in or went."""
    units = Unit.objects.within(Scope.system("laying the paths of units"))
    parents = dict(units.values_list("pk", "parent_id"))
    for unit in units:
        path, steps = "/", 0
        at: int | None = unit.pk
        while at and steps < len(parents):
            path, at, steps = f"/{at}{path}", parents.get(at), steps + 1
        if path != unit.path:
            units.filter(pk=unit.pk).update(path=path)


def place_everybody(_keys: Iterable[Any]) -> None:
    """Write down each salesperson's present unit, after assignments came in or went."""
    place_reps(timezone.localdate())


KINDS = (
    ImportKind(
        name="units",
        label=_("regions and territories"),
        model="org.Unit",
        key=("code", "starts_on"),
        defaults={"starts_on": PAST, "kind": UnitKind.TERRITORY.value},
        settle=lay_paths,
        columns=(
            Column(
                "code",
                _("code"),
                Type.CODE,
                required=True,
                synonyms=("territory id", "region id", "unit code", "片区编码"),
            ),
            Column(
                "name",
                _("name"),
                required=True,
                synonyms=("territory description", "region description", "unit name", "territory name", "片区名称"),
            ),
            Column("kind", _("level"), Type.CHOICE, choices=LEVELS, synonyms=("level", "type", "层级", "级别", "类型")),
            Column(
                "parent",
                _("belongs to"),
                Type.CODE,
                to="org.Unit",
                synonyms=(
                    "parent",
                    "parent code",
                    "region id",
                    "region",
                    "group",
                    "上级",
                    "上级编码",
                    "所属",
                    "所属大区",
                ),
            ),
            starts_on,
            ends_on,
        ),
    ),
    ImportKind(
        name="positions",
        label=_("positions"),
        model="org.Position",
        key=("code",),
        defaults={"starts_on": PAST, "kind": PositionKind.REP.value},
        columns=(
            Column(
                "code",
                _("code"),
                Type.CODE,
                required=True,
                synonyms=("position", "position code", "岗位编码", "岗位编号"),
            ),
            Column("title", _("title"), required=True, synonyms=("position title", "job title", "岗位", "岗位名称")),
            Column("kind", _("kind"), Type.CHOICE, choices=SEATS, synonyms=("position kind", "岗位类型")),
            Column("unit", _("unit"), Type.CODE, required=True, to="org.Unit", synonyms=UNIT),
            starts_on,
            ends_on,
        ),
    ),
    ImportKind(
        name="reps",
        label=_("salespeople"),
        model="org.Rep",
        key=("code",),
        columns=(
            Column(
                "code",
                _("code"),
                Type.CODE,
                required=True,
                synonyms=("employee id", "employee number", "工号", "员工编号"),
            ),
            Column(
                "name",
                _("name"),
                required=True,
                synonyms=("employee name", "full name", "first name + last name", "姓名", "员工姓名"),
            ),
            Column("title", _("title"), synonyms=("job title", "职位", "职务", "岗位")),
            Column(
                "manager",
                _("manager"),
                Type.CODE,
                to="org.Rep",
                synonyms=("reports to", "manager id", "manager", "上级", "直属上级", "主管"),
            ),
            Column("hired_on", _("hired on"), Type.DATE, synonyms=("hire date", "入职日期", "入职时间")),
            Column("left_on", _("left on"), Type.DATE, synonyms=("leave date", "离职日期", "离职时间")),
        ),
    ),
    ImportKind(
        name="assignments",
        label=_("assignments"),
        model="org.Assignment",
        key=("rep", "starts_on"),
        defaults={"starts_on": PAST},
        settle=place_everybody,
        columns=(
            Column("rep", _("salesperson"), Type.CODE, required=True, to="org.Rep", synonyms=REP),
            Column(
                "position",
                _("position"),
                Type.CODE,
                required=True,
                to="org.Position",
                synonyms=("position code", "岗位", "岗位编码", "岗位编号"),
            ),
            starts_on,
            ends_on,
        ),
    ),
)
