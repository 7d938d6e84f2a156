-- Rows that the migration after 0009 meets. Only tests read them.

insert into transfer_drive (drive_id, number, title_zh, title_en, region_code, from_at, until_at, made_at,
    made_by, withdrawn_at, withdrawn_by)
values ('smp_drv_1', '示例〔2023〕1号', '示例专项', 'Sample drive', null, 1686000000000, 1694000000000,
        1686000000000, 'smp_acc_1', null, null);
