-- A line is rejected, bogus, a duplicate or a play; files whose counts do not add up are returned.
select *
from {{ ref('load_audit_files') }}
where lines_read != lines_rejected + bogus_timestamps + exact_duplicates_removed + plays_kept
