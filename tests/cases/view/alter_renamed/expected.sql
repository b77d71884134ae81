ALTER ROLE case_view_short_notes RENAME TO case_view_note_states;
ALTER VIEW app.short_notes RENAME TO note_states;
ALTER POLICY jr_case_view_short_notes_select ON app.notes RENAME TO jr_case_view_note_states_select;
