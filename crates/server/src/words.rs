//! Every word a person reads, in both languages, side by side.
//!
//! A missing language, a misspelt key or a wrong number of values does not compile, and a word
//! that no page uses is reported as dead code. One file a drawer.

mod account;
mod alert;
mod assist;
mod campaign;
mod campaign_annex;
mod campaign_import;
mod campaign_sheets;
mod campaign_work;
mod clinic;
mod common;
mod desk;
mod emergency;
mod green;
mod incident;
mod oncall;
mod operation;
mod policy;
mod public;
mod register;
mod transfer;
mod transfer_board;
mod transfer_booking;
mod transfer_call;
mod transfer_crew;
mod transfer_family;
mod transfer_fleet;
mod transfer_oversight;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    Zh,
    En,
}

impl Lang {
    /// The value of the `lang` attribute.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    pub fn of(code: &str) -> Option<Lang> {
        match code {
            "zh" => Some(Lang::Zh),
            "en" => Some(Lang::En),
            _ => None,
        }
    }

    pub fn is_en(self) -> bool {
        self == Lang::En
    }

    /// The one of two texts that this language reads.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// The same for texts that may be missing; English falls back to Chinese, never to nothing.
    pub fn pick_or<'a>(self, zh: Option<&'a str>, en: Option<&'a str>) -> &'a str {
        match self {
            Lang::Zh => zh.or(en),
            Lang::En => en.or(zh),
        }
        .unwrap_or("")
    }
}

macro_rules! words {
    ($($key:ident $(($($value:ident),+))?: $zh:literal / $en:literal;)*) => {
        impl crate::words::Lang {
            $(crate::words::words!(@one $key $(($($value),+))?: $zh / $en);)*
        }
    };
    (@one $key:ident: $zh:literal / $en:literal) => {
        pub(crate) fn $key(self) -> &'static str {
            match self { crate::words::Lang::Zh => $zh, crate::words::Lang::En => $en }
        }
    };
    (@one $key:ident ($($value:ident),+): $zh:literal / $en:literal) => {
        pub(crate) fn $key(self, $($value: impl std::fmt::Display),+) -> String {
            match self {
                crate::words::Lang::Zh => format!($zh),
                crate::words::Lang::En => format!($en),
            }
        }
    };
}
pub(crate) use words;

/// Words for stored codes: one method a code list, exhaustive by the compiler.
macro_rules! word_of {
    ($name:ident($type:ty) { $($variant:path: $zh:literal / $en:literal;)* }) => {
        impl crate::words::Lang {
            pub(crate) fn $name(self, code: $type) -> &'static str {
                match (code, self) {
                    $(($variant, crate::words::Lang::Zh) => $zh,
                      ($variant, crate::words::Lang::En) => $en,)*
                }
            }
        }
    };
}
pub(crate) use word_of;
