"""What files bring in about customers and agencies, and the headings it is known by."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salesyear.core.columns import Column, ImportKind, Type
from salesyear.org.columns import REP, UNIT

CODE = (
    "customer id",
    "customer code",
    "customer number",
    "customer no",
    "client id",
    "account id",
    "account number",
    "客户编号",
    "客户编码",
    "客户代码",
    "客户id",
    "customer id fk",
)
NAME = (
    "customer name",
    "customer",
    "company name",
    "company",
    "client",
    "account name",
    "客户名称",
    "客户",
    "客户姓名",
)
SEGMENT = ("segment", "customer type", "customer segment", "细分", "客户类型", "客户类别", "客户细分")
CITY = ("city", "ship city", "城市", "市")
PROVINCE = ("province", "state", "state or province", "region", "ship region", "省", "省份", "州省", "省/自治区")
COUNTRY = ("country", "country or region", "ship country", "国家", "国家地区", "counter")

KINDS = (
    ImportKind(
        name="customers",
        label=_("customers"),
        model="crm.Customer",
        key=("code",),
        columns=(
            Column("code", _("code"), Type.CODE, required=True, synonyms=CODE),
            Column("name", _("name"), required=True, synonyms=NAME),
            Column("segment", _("segment"), synonyms=SEGMENT),
            Column("industry", _("industry"), synonyms=("industry", "business type", "行业", "所属行业")),
            Column(
                "employees",
                _("employees"),
                Type.WHOLE,
                synonyms=("number of employees", "number employees", "员工人数", "员工数", "人数"),
            ),
            Column("grade", _("grade"), synonyms=("customer grade", "class", "等级", "客户等级", "客户级别")),
            Column("contact", _("contact"), masked=True, synonyms=("contact name", "contact person", "联系人")),
            Column(
                "phone",
                _("phone"),
                Type.CODE,
                masked=True,
                synonyms=("telephone", "mobile", "tel", "电话", "手机", "联系电话"),
            ),
            Column("email", _("e-mail"), masked=True, synonyms=("email", "mail", "邮箱", "电子邮件")),
            Column("address", _("address"), masked=True, synonyms=("address line 1", "street", "地址", "详细地址")),
            Column("city", _("city"), synonyms=CITY),
            Column("province", _("province"), synonyms=PROVINCE),
            Column("country", _("country"), synonyms=COUNTRY),
            Column(
                "postcode", _("postcode"), Type.CODE, masked=True, synonyms=("postal code", "zip", "邮编", "邮政编码")
            ),
            Column("latitude", _("latitude"), Type.DECIMAL, synonyms=("lat", "纬度")),
            Column("longitude", _("longitude"), Type.DECIMAL, synonyms=("lng", "lon", "经度")),
            Column("city_tier", _("city tier"), Type.WHOLE, synonyms=("tier", "城市级别", "城市等级")),
            Column("owner", _("salesperson"), Type.CODE, to="org.Rep", synonyms=REP),
            Column("unit", _("unit"), Type.CODE, to="org.Unit", synonyms=UNIT),
            Column("agency", _("agency"), Type.CODE, to="crm.Agency", synonyms=("agent", "代理商", "经销商")),
        ),
    ),
    ImportKind(
        name="agencies",
        label=_("agencies"),
        model="crm.Agency",
        key=("code",),
        columns=(
            Column(
                "code",
                _("code"),
                Type.CODE,
                required=True,
                synonyms=("agency id", "agency code", "代理商编号", "代理商编码"),
            ),
            Column("name", _("name"), required=True, synonyms=("agency name", "agency", "代理商名称", "代理商")),
            Column("unit", _("unit"), Type.CODE, to="org.Unit", synonyms=UNIT),
        ),
    ),
)
