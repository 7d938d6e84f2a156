//! What the commands print for people: Chinese first, then English.

use rules::Time;
use rules::account::AccountRole;
use rules::calendar::civil;

use crate::demo::{Data, PASSWORD};
use crate::live::Options;

fn role_words(role: AccountRole) -> (&'static str, &'static str) {
    match role {
        AccountRole::Director => ("所长", "director"),
        AccountRole::Officer => ("监督员", "officer"),
        AccountRole::DutyViewer => ("值班人员", "duty viewer"),
        AccountRole::ClinicHead => ("医务科负责人", "head of medical affairs"),
        AccountRole::Doctor => ("医师", "doctor"),
        AccountRole::QcDirector => ("质控中心主任", "QC centre director"),
        AccountRole::QcClerk => ("质控中心值守", "QC centre desk"),
        AccountRole::HospitalDesk => ("医院值班台", "hospital desk"),
        AccountRole::OnCallDoctor => ("值守医师", "on-call doctor"),
        AccountRole::CallTaker => ("96120 接线员", "96120 call-taker"),
        AccountRole::Dispatcher => ("96120 调度员", "96120 dispatcher"),
        AccountRole::Crew => ("车组", "crew"),
        AccountRole::OperatorManager => ("转送企业", "transfer operator"),
        AccountRole::WardDesk => ("医院转送联络台", "hospital transfer desk"),
        AccountRole::TransferOfficer => ("转送监管", "transfer regulator"),
        AccountRole::Liaison120 => ("120 联络员", "120 liaison"),
        AccountRole::MedicalOfficer => ("医政人员", "medical administration"),
        AccountRole::FirstResponsible => ("第一责任人", "first responsible person"),
        AccountRole::MedicalDepartment => ("医务科", "medical department"),
        AccountRole::DepartmentHead => ("科室负责人", "head of department"),
    }
}

/// Pads to a width in which Chinese characters count double, as terminals draw them.
fn pad(text: &str, width: usize) -> String {
    let drawn: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    format!("{text}{}", " ".repeat(width.saturating_sub(drawn)))
}

/// The city's time as people write it.
fn local(data: &Data, at: Time) -> String {
    let calendar = data.calendar();
    let (year, month, day) = civil(calendar.day_number(at));
    let minute = calendar.minute_of_day(at);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", minute / 60, minute % 60)
}

/// One line of a table of logins.
fn login_line(login: &str, role: AccountRole, name: &str, password: &str) -> String {
    let (zh, en) = role_words(role);
    let cells = [pad(login, 18), pad(password, 14), pad(zh, 16), pad(en, 26)];
    format!("  {}{name}\n", cells.concat())
}

fn login_head() -> String {
    let cells = [pad("登录名 login", 18), pad("密码 password", 14), pad("角色 role", 42)];
    format!("  {}姓名 name\n", cells.concat())
}

/// Roles with an account for each house or vehicle: so many are listed, of the rest it is told.
const CROWDS: [(AccountRole, usize); 2] = [(AccountRole::ClinicHead, 1), (AccountRole::Crew, 3)];

fn account_line(account: &crate::demo::Account) -> String {
    let name = format!("{} {}", account.name_zh, account.name_en);
    login_line(&account.login, account.role, &name, PASSWORD)
}

fn others(role: AccountRole, count: usize, login: &str) -> String {
    let (zh, en) = match role {
        AccountRole::ClinicHead => ("家机构", "institutions"),
        _ => ("个车组账户", "crews"),
    };
    format!(
        "  其余 {count} {zh}的登录名形如 {login}，密码相同。\n  \
         The other {count} {en} sign in as {login} and so on, with the same password.\n\n"
    )
}

/// What a demo says when it is ready.
pub(crate) fn demo(data: &Data, address: &str, at: Time, options: &Options) -> String {
    let head = &data.city;
    let mut text = format!("\n{}（演示） / {} (demo)\n", head.platform_zh, head.platform_en);
    let mut line = |zh: &str, en: &str, value: &str| {
        text.push_str(&format!("  {}{value}\n", pad(&format!("{zh} {en}"), 40)));
    };
    line("地址", "address", &format!("{address}/"));
    line("登录", "sign in", &format!("{address}/sign-in"));
    if let Some(serial) = qr_serial(data) {
        line("李女士就诊机构的公示码", "Ms Li's clinic", &format!("{address}/q/{serial}"));
    }
    line("城市时间", "city time", &local(data, at));
    text.push('\n');
    text.push_str(&login_head());
    let mut rest: Vec<(AccountRole, Vec<&str>)> = Vec::new();
    for account in &data.accounts {
        let before = data.accounts.iter().take_while(|one| one.login != account.login);
        let before = before.filter(|one| one.role == account.role).count();
        let crowd = CROWDS.iter().find(|(role, listed)| *role == account.role && before >= *listed);
        match (crowd, rest.iter_mut().find(|(role, _)| *role == account.role)) {
            (None, _) => text.push_str(&account_line(account)),
            (Some(_), Some((_, logins))) => logins.push(&account.login),
            (Some(_), None) => rest.push((account.role, vec![&account.login])),
        }
    }
    for (role, logins) in rest {
        text.push_str(&others(role, logins.len(), logins[0]));
    }
    if options.still {
        text.push_str(
            "  静止模式：时钟照走，但没有模拟终端，也没有到期预警。\n  \
             Still: the clock runs, but there are no simulated terminals and nothing falls due.\n",
        );
    } else if let (Some(zh), Some(en)) = (&head.hint_zh, &head.hint_en) {
        text.push_str(&format!("  {zh}\n  {en}\n"));
    }
    text.push_str("  按 Ctrl-C 结束。 / Press Ctrl-C to end.\n");
    text
}

/// The QR serial of the institution whose doctors have logins of their own: Ms Li's clinic.
fn qr_serial(data: &Data) -> Option<&str> {
    let doctor = data.accounts.iter().find(|account| account.role == AccountRole::Doctor)?;
    data.institution(doctor.institution.as_deref()?)?.qr_serial.as_deref()
}

/// What a new city says once: passwords that are written down nowhere else.
pub(crate) fn first_logins(data: &Data, passwords: &[String]) -> String {
    let mut text = String::from(
        "\n新数据库：已登记，以下密码只显示这一次。\n\
         A new database: the register is entered; these passwords are shown only this once.\n\n",
    );
    text.push_str(&login_head());
    for (account, password) in data.accounts.iter().zip(passwords) {
        text.push_str(&login_line(&account.login, account.role, &account.name_zh, password));
    }
    text.push('\n');
    text
}

/// What a server says when it is ready.
pub(crate) fn serving(data: &Data, address: &str) -> String {
    let head = &data.city;
    format!("{} / {}\n  地址 address  {address}/\n", head.platform_zh, head.platform_en)
}
