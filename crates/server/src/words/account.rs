//! Words of signing in.

use super::words;

words! {
    sign_in: "登录" / "Sign in";
    sign_in_lead: "白泽·每台手术谁在场，每条预警谁处置，都有据可查" / "Baize: who was there in every operation, who dealt with every alert, all on record";
    login_label: "工号或登录名" / "Login";
    password_label: "密码" / "Password";
    sign_in_note: "连续 5 次错误锁定 15 分钟。登录和查看均留痕。" / "Five wrong passwords lock the account for 15 minutes. Signing in leaves a record.";
    wrong_login: "登录名或密码不对。连续输错 5 次的账号会暂停登录 15 分钟；忘了密码请联系本单位管理员。"
        / "Login or password is wrong. After 5 wrong passwords in a row an account rests for 15 minutes; if you forgot yours, ask your administrator.";
    service_supervision: "在线监管" / "Online supervision";
    service_supervision_what: "术前申报、进出打卡、预警处置、公示查询" / "Declarations, check-ins, alerts, public look-up";
    public_without_login: "公众查询不需要登录：" / "The public needs no login:";
    public_search_link: "查机构和医师" / "look up institutions and doctors";
    demo_logins: "演示城市的登录名和密码在启动程序的窗口里。" / "Logins and the password of the demo city are shown where the program was started.";
}
