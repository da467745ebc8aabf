package door

import (
	"fmt"
	"time"

	"hubbub/internal/chat"
)

// Recorded says in words what an event of the audit log records.
func Recorded(ev *chat.Event) string {
	if text := ofItself(ev); text != "" {
		return text
	}
	by := ev.Nick
	if by == "" {
		by = "the console"
	}
	in := ""
	if ev.About != 0 && ev.Name != "" {
		in = " in " + ev.Name
	}
	text := by + " "
	switch ev.Kind {
	case chat.RoomCreated:
		return "the audit log begins"
	case chat.Registered:
		if ev.User == ev.By {
			text = ev.Whose + " registered as " + chat.Role(ev.Level).String()
		} else {
			text += "made the " + chat.Role(ev.Level).String() + " " + ev.Whose
		}
		if ev.Target != 0 {
			text += fmt.Sprintf(" with invitation %d", ev.Target)
		}
		if ev.Text != "" {
			text += " from " + ev.Text
		}
		return text
	case chat.CredentialAdded:
		text += fmt.Sprintf("gave %s a %s", ev.Whose, proofNamed(ev))
	case chat.CredentialDropped:
		text += fmt.Sprintf("dropped the %s of %s", proofNamed(ev), ev.Whose)
	case chat.InvitationMade:
		text += fmt.Sprintf("made invitation %d for %d as %s", ev.Seq, ev.Count, chat.Role(ev.Level))
		return text + lasting(ev.When)
	case chat.InvitationDropped:
		text += fmt.Sprintf("dropped invitation %d", ev.Target)
	case chat.RoleSet:
		text += "made " + ev.Whose + " " + chat.Role(ev.Level).String()
	case chat.RankSet:
		if chat.Rank(ev.Level) == chat.VoiceRank {
			return text + "gave " + ev.Whose + " a voice" + in
		}
		text += "made " + ev.Whose + " " + chat.Rank(ev.Level).String() + in
	case chat.RulesSet:
		text += "changed the rules" + in
	case chat.KeySet:
		text += "changed the key" + in
	case chat.LimitSet:
		text += fmt.Sprintf("set the limit of members to %d%s", ev.Count, in)
		if ev.Count == 0 {
			text = by + " removed the limit of members" + in
		}
	case chat.MaskAdded:
		return text + fmt.Sprintf("added %s to the %v list%s", ev.Text, chat.MaskList(ev.Level), in)
	case chat.MaskDropped:
		return text + fmt.Sprintf("took %s from the %v list%s", ev.Text, chat.MaskList(ev.Level), in)
	case chat.PropertySet: // whose value may have many lines
		if ev.Text == "" {
			return text + "removed " + ev.Name + " of " + ev.Whose
		}
		return text + "set " + ev.Name + " of " + ev.Whose
	case chat.Kicked:
		text += "kicked " + ev.Whose + in
	case chat.Muted:
		text += "muted " + ev.Whose + in + lasting(ev.When)
	case chat.Unmuted:
		text += "unmuted " + ev.Whose + in
	case chat.Banned:
		text += "banned " + banned(ev) + in + lasting(ev.When)
	case chat.Unbanned:
		text += "lifted the ban of " + banned(ev) + in
	case chat.Disconnected:
		text += "closed the connections of " + ev.Whose
	case chat.Deleted:
		text += fmt.Sprintf("deleted message %d of %s%s", ev.Target, ev.Whose, in)
	case chat.Reported:
		text += fmt.Sprintf("reported message %d of %s%s", ev.Target, ev.Whose, in)
	default:
		text += ev.Kind.String()
	}
	if ev.Text != "" {
		text += ": " + ev.Text
	}
	return text
}

// ofItself says what the server did of itself, as somebody logged in or out; "" if that is
// not what the event records. Nobody at the console has done it.
func ofItself(ev *chat.Event) string {
	if ev.By != 0 || ev.Kind != chat.CredentialAdded && ev.Kind != chat.CredentialDropped {
		return ""
	}
	client, remembered := Remembered(ev.Name)
	switch remembered = remembered && chat.Proof(ev.Level) == chat.ByToken; {
	case remembered && ev.Kind == chat.CredentialAdded:
		return ev.Whose + " logged in by " + client
	case remembered:
		return ev.Whose + " was logged out of " + client
	case chat.Proof(ev.Level) == chat.ByRecovery && ev.Kind == chat.CredentialDropped:
		return "the recovery code " + ev.Name + " of " + ev.Whose + " counts no more"
	}
	return ""
}

func banned(ev *chat.Event) string {
	if ev.User != 0 {
		return ev.Whose
	}
	return ev.Name
}

func proofNamed(ev *chat.Event) string {
	text := chat.Proof(ev.Level).String()
	if ev.Name != "" {
		text += " " + ev.Name
	}
	return text
}

func lasting(until chat.Millis) string {
	if until == 0 {
		return ""
	}
	return " until " + time.UnixMilli(int64(until)).UTC().Format("2006-01-02 15:04 UTC")
}
