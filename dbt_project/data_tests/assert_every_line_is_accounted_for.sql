-- A line is rejected, no play that counts, bogus, a duplicate, merged or a play; files whose counts do not add up are
-- returned.
select *
from {{ ref('load_audit_files') }}
where lines_read != lines_rejected + skipped + too_short + not_music + bogus_timestamps + exact_duplicates_removed
    + merged_between_files + plays_kept
