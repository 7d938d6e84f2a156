//! Invented clients: a real name for the clinic's own eyes, and the alias everybody else sees.

/// A client as declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub name: String,
    pub alias_zh: String,
    pub alias_en: String,
}

const SURNAMES: &[(&str, &str)] = &[
    ("王", "Wang"),
    ("李", "Li"),
    ("张", "Zhang"),
    ("刘", "Liu"),
    ("陈", "Chen"),
    ("杨", "Yang"),
    ("黄", "Huang"),
    ("赵", "Zhao"),
    ("周", "Zhou"),
    ("吴", "Wu"),
    ("徐", "Xu"),
    ("孙", "Sun"),
    ("朱", "Zhu"),
    ("马", "Ma"),
    ("胡", "Hu"),
    ("郭", "Guo"),
    ("林", "Lin"),
    ("高", "Gao"),
    ("罗", "Luo"),
    ("郑", "Zheng"),
    ("梁", "Liang"),
    ("谢", "Xie"),
    ("宋", "Song"),
    ("唐", "Tang"),
    ("许", "Xu"),
    ("韩", "Han"),
    ("冯", "Feng"),
    ("邓", "Deng"),
    ("曹", "Cao"),
    ("彭", "Peng"),
    ("曾", "Zeng"),
    ("萧", "Xiao"),
    ("田", "Tian"),
    ("董", "Dong"),
    ("潘", "Pan"),
    ("袁", "Yuan"),
    ("蔡", "Cai"),
];

const GIVEN: &[&str] = &[
    "雨桐", "思远", "晓雯", "静怡", "若兰", "嘉宁", "书瑶", "心悦", "明月", "清妍", "子衿", "乐瑶",
    "依然", "知夏", "念慈", "语嫣", "云舒", "小满", "初夏", "安然", "沐晴", "芷若", "秋实", "晚晴",
    "采薇", "如意", "佳期", "南乔", "月白", "锦书", "听澜", "予安", "望舒", "冬青", "素问", "星河",
];

/// One client in so many is a man.
const MEN_ONE_IN: u64 = 11;

/// The client of a number: the same number, the same person.
pub fn client(number: u64) -> Client {
    let spread = crate::invent::mix(number);
    let (surname, surname_en) = SURNAMES[(spread % SURNAMES.len() as u64) as usize];
    let given = GIVEN[(spread / 97 % GIVEN.len() as u64) as usize];
    let (title_zh, title_en) = if (spread / 7919).is_multiple_of(MEN_ONE_IN) {
        ("先生", "Mr")
    } else {
        ("女士", "Ms")
    };
    Client {
        name: format!("{surname}{given}"),
        alias_zh: format!("{surname}{title_zh}"),
        alias_en: format!("{title_en} {surname_en}"),
    }
}
