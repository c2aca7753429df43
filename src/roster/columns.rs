//! The tables and their columns, with the headers people give them.

use crate::policies::nearest;

/// A column: its name here and in `org.toml`, and what else it may be called.
type Column = (&'static str, &'static [&'static str]);

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    Units,
    People,
    Posts,
    Areas,
    Absences,
}

const FROM: Column = ("from", &["起", "开始", "开始日期", "生效日期"]);
const TO: Column = ("to", &["止", "结束", "结束日期", "失效日期"]);
const ROLE: Column = ("role", &["角色", "岗位", "职务"]);
const PERSON: Column = ("person", &["人员", "人员编号", "工号"]);
const DEPUTY: Column = ("deputy", &["AB角", "B角", "副岗", "替岗"]);
const SHIFT: Column = ("shift", &["班次", "排班"]);

impl Table {
    pub const ALL: [Self; 5] =
        [Self::Units, Self::People, Self::Posts, Self::Areas, Self::Absences];

    /// The name of its file without the ending.
    pub fn name(self) -> &'static str {
        match self {
            Self::Units => "units",
            Self::People => "people",
            Self::Posts => "posts",
            Self::Areas => "areas",
            Self::Absences => "absences",
        }
    }

    /// Its columns in the order they are written; the first `needed` must be there.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Units => &[
                ("id", &["unit", "编号", "单位编号", "代码"]),
                ("zh", &["name", "名称", "单位名称", "单位"]),
                ("en", &["name_en", "english", "英文名", "英文名称"]),
                ("parent", &["上级", "上级单位", "上级编号"]),
                ("level", &["层级", "级别"]),
                ("kind", &["类型", "类别"]),
            ],
            Self::People => &[
                ("id", &["person", "编号", "人员编号", "工号"]),
                ("name", &["姓名"]),
                ("email", &["mail", "邮箱", "电子邮箱"]),
                ("phone", &["mobile", "手机", "手机号", "电话"]),
                ("im", &["即时通讯", "企业微信", "微信"]),
                ("voice", &["座机", "固定电话", "语音电话"]),
                ("language", &["语言"]),
                FROM,
                TO,
            ],
            Self::Posts => {
                &[("unit", &["单位", "单位编号"]), ROLE, PERSON, DEPUTY, FROM, TO, SHIFT]
            }
            Self::Areas => &[
                ("area", &["grid", "区域", "网格", "网格编号", "片区"]),
                ROLE,
                PERSON,
                DEPUTY,
                FROM,
                TO,
                SHIFT,
            ],
            Self::Absences => &[PERSON, FROM, TO, ("deputy", &["代理人", "替岗人", "AB角", "B角"])],
        }
    }

    fn needed(self) -> usize {
        match self {
            Self::Units | Self::People => 1,
            Self::Posts | Self::Absences => 3,
            Self::Areas => 2,
        }
    }

    /// The column of a header, if this table has one of that name.
    fn column(self, header: &str) -> Option<&'static str> {
        let is = |(name, others): &&Column| {
            name.eq_ignore_ascii_case(header)
                || others.iter().any(|other| other.eq_ignore_ascii_case(header))
        };
        self.columns().iter().find(is).map(|(name, _)| *name)
    }

    /// The columns of these headers, if the table takes all of them and has all it needs.
    fn fits(self, headers: &[&str]) -> Option<Vec<&'static str>> {
        let columns: Vec<&str> =
            headers.iter().map(|header| self.column(header)).collect::<Option<_>>()?;
        let mut needed = self.columns().iter().take(self.needed());
        needed.all(|(name, _)| columns.contains(name)).then_some(columns)
    }

    /// The table a file holds, by its headers and, where several fit, by its name; else what is wrong.
    pub fn of(file: &str, headers: &[&str]) -> Result<(Self, Vec<&'static str>), String> {
        let stem = file.rsplit(['/', '\\']).next().unwrap_or(file).split('.').next();
        let named = Self::ALL.into_iter().find(|table| stem == Some(table.name()));
        let fitting = |table: Self| table.fits(headers).map(|columns| (table, columns));
        if let Some(found) = named.and_then(fitting) {
            return Ok(found);
        }
        if let (None, Some(found)) = (named, Self::ALL.into_iter().find_map(fitting)) {
            return Ok(found);
        }
        let Some(table) = named else {
            let names = Self::ALL.map(Self::name).join(", ");
            return Err(format!(
                "these headers are of none of the tables {names}; name the file after its table"
            ));
        };
        let known = || table.columns().iter().map(|(name, _)| *name);
        match headers.iter().find(|header| table.column(header).is_none()) {
            Some(header) => {
                let help = match nearest(header, known()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it has {}", known().collect::<Vec<_>>().join(", ")),
                };
                Err(format!("{} have no column `{header}`; {help}", table.name()))
            }
            None => {
                let needed: Vec<&str> = known().take(table.needed()).collect();
                Err(format!("{} need the columns {}", table.name(), needed.join(", ")))
            }
        }
    }
}
