package web_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/gateway"
	"hubbub/internal/hub"
)

func TestAccountIsChanged(t *testing.T) {
	s := start(t, options{})
	ann := s.member("ann")
	var me api.Person
	ann.do("PATCH", "/me", api.AccountChange{Nick: ptr("anna")}, 200, &me)
	if me.Nick != "anna" || me.Role != "member" || me.Here { // by requests alone nobody is here
		t.Errorf("ann is %+v", me)
	}
	s.guest("bob")
	ann.refused("PATCH", "/me", api.AccountChange{Nick: ptr("bob")}, 409, "conflict")
	const another = "another good password"
	ann.refused("PATCH", "/me", api.AccountChange{Password: &api.PasswordChange{Old: "wrong", New: another}}, 403, "forbidden")
	ann.refused("PATCH", "/me", api.AccountChange{Password: &api.PasswordChange{Old: goodPassword, New: "x"}}, 400, "invalid")
	ann.do("PATCH", "/me", api.AccountChange{Password: &api.PasswordChange{Old: goodPassword, New: another}}, 200, nil)
	s.visitor.refused("POST", "/session", api.Login{User: "anna", Password: goodPassword}, 401, "login")
	s.visitor.do("POST", "/session", api.Login{User: "anna", Password: another}, 200, nil)
	s.guest("otter").refused("PATCH", "/me", api.AccountChange{Password: &api.PasswordChange{Old: "x", New: another}}, 403, "forbidden")
}

// Whoever has found out a password has logged in by it, and is out when it changes.
func TestAnotherPasswordLogsOutEverywhereElse(t *testing.T) {
	s := start(t, options{})
	ann := s.member("ann")
	var made api.Token
	ann.do("POST", "/tokens", api.NewToken{Name: "script"}, 201, &made)
	script := &visitor{site: s, token: made.Token}
	var in api.Session
	s.visitor.do("POST", "/session", api.Login{User: "ann", Password: goodPassword}, 200, &in)
	thief := &visitor{site: s, token: in.Token}
	basic := &visitor{site: s, header: http.Header{"Authorization": {basicAuth("ann", goodPassword)}}}
	for _, v := range []*visitor{thief, basic, script} {
		v.do("GET", "/rooms", nil, 200, nil)
	}
	own, _ := ann.live("")
	theirs, _ := thief.live("")
	ann.do("PATCH", "/me", api.AccountChange{Password: &api.PasswordChange{Old: goodPassword, New: "another good password"}}, 200, nil)
	if bye, code := theirs.ends(); code != 4001 || bye == "" {
		t.Errorf("the thief's connection ends with %d %q", code, bye)
	}
	thief.refused("GET", "/rooms", nil, 401, "login")
	basic.refused("GET", "/rooms", nil, 401, "login")
	ann.do("GET", "/rooms", nil, 200, nil)
	script.do("GET", "/rooms", nil, 200, nil)
	if m := own.do(api.Command{ID: "x1", Op: api.OpSay, To: "lobby", Text: "I am still here"}); m.Type != api.TypeAck {
		t.Errorf("whose password it is is answered %+v", m)
	}
}

func TestTokensAreMadeAndDropped(t *testing.T) {
	s := start(t, options{})
	ann := s.member("ann")
	var made api.Token
	ann.do("POST", "/tokens", api.NewToken{Name: "reader", Scope: "read", Days: 3}, 201, &made)
	reader := &visitor{site: s, token: made.Token}
	reader.do("GET", "/rooms", nil, 200, nil)
	reader.refused("POST", "/rooms/lobby/messages", api.NewMessage{Text: "x"}, 403, "forbidden")
	reader.refused("POST", "/uploads?name=a.txt", "hello", 403, "forbidden")
	reader.refused("POST", "/tokens", api.NewToken{Name: "more"}, 403, "forbidden")
	reader.refused("POST", "/me/totp", nil, 403, "forbidden")
	for _, cmd := range []api.Command{{Op: api.OpTyping, To: "lobby"}, {Op: api.OpAway, Text: "lunch"}, {Op: api.OpBack}} {
		reader.refused("POST", "/commands", cmd, 403, "forbidden")
	}
	var all api.Credentials
	reader.do("GET", "/tokens", nil, 200, &all)
	found := api.Credential{}
	for _, c := range all.Credentials {
		if c.Name == "reader" {
			found = c
		}
	}
	if found.Proof != "token" || found.Scope != "read" || !found.Current || found.Expires < time.Now().Add(2*24*time.Hour).UnixMilli() {
		t.Errorf("the token is listed as %+v", found)
	}
	ann.do("DELETE", "/tokens/"+chat.Seq(found.Number).String(), nil, 204, nil)
	reader.refused("GET", "/rooms", nil, 401, "login")
	for _, bad := range []api.NewToken{{}, {Name: "x", Scope: "all the rest"}, {Name: "x", Days: -1}, {Name: "web: mine"}} {
		ann.refused("POST", "/tokens", bad, 400, "invalid")
	}
	s.guest("otter").refused("POST", "/tokens", api.NewToken{Name: "x"}, 403, "forbidden")
	s.guest("fox").refused("GET", "/tokens", nil, 403, "forbidden")
}

func TestSecondFactorIsAskedForOnceItIsConfirmed(t *testing.T) {
	s := start(t, options{})
	ann := s.member("ann")
	var seed api.SecondFactorSeed
	ann.do("POST", "/me/totp", nil, 200, &seed)
	link, err := url.Parse(seed.Link)
	if err != nil || link.Scheme != "otpauth" || link.Query().Get("secret") != seed.Seed {
		t.Fatalf("the seed is %+v, %v", seed, err)
	}
	ann.refused("POST", "/me/totp/confirm", api.Code{Code: "000000x"}, 400, "invalid")
	var state api.SecondFactor
	if ann.do("GET", "/me/totp", nil, 200, &state); state.On {
		t.Error("it is on before it is confirmed")
	}
	var codes api.RecoveryCodes
	ann.do("POST", "/me/totp/confirm", api.Code{Code: code(t, seed.Seed)}, 200, &codes)
	ann.do("GET", "/me/totp", nil, 200, &state)
	if !state.On || state.Recovery != len(codes.Recovery) || state.Recovery == 0 {
		t.Errorf("it is %+v with %d codes", state, len(codes.Recovery))
	}
	s.visitor.refused("POST", "/session", api.Login{User: "ann", Password: goodPassword}, 401, "code")
	s.visitor.refused("POST", "/session", api.Login{User: "ann", Password: goodPassword, Code: "000000"}, 401, "login")
	s.visitor.do("POST", "/session", api.Login{User: "ann", Password: goodPassword, Code: codes.Recovery[0]}, 200, nil)
	ann.refused("DELETE", "/me/totp", api.Password{Password: "wrong"}, 403, "forbidden")
	var all api.Credentials
	ann.do("GET", "/tokens", nil, 200, &all)
	factors := 0
	for _, c := range all.Credentials {
		if c.Proof == chat.ByTOTP.String() || c.Proof == chat.ByRecovery.String() {
			factors++
			ann.refused("DELETE", "/tokens/"+chat.Seq(c.Number).String(), nil, 403, "forbidden")
		}
	}
	if factors == 0 {
		t.Error("what makes up the second factor is not listed")
	}
	ann.do("DELETE", "/me/totp", api.Password{Password: goodPassword}, 204, nil)
	s.visitor.do("POST", "/session", api.Login{User: "ann", Password: goodPassword}, 200, nil)
}

// code returns what an authenticator app shows now (RFC 6238, RFC 4226 §5.3).
func code(t *testing.T, seed string) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(seed)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	binary.Write(mac, binary.BigEndian, uint64(time.Now().Unix()/30))
	sum := mac.Sum(nil)
	n := binary.BigEndian.Uint32(sum[sum[len(sum)-1]&15:]) &^ (1 << 31)
	return fmt.Sprintf("%06d", n%1e6)
}

func TestInvitationLetsSomebodyIn(t *testing.T) {
	s := start(t, options{policy: &hub.Policy{Registration: hub.Open, Guests: true}})
	ada := s.admin("ada")
	ada.do("POST", "/rooms", api.NewRoom{Name: "crew", Private: true}, 201, nil)
	var made api.Invitation
	ada.do("POST", "/invitations", api.NewInvitation{Uses: 2, Rooms: []string{"crew"}}, 201, &made)
	if made.Link != s.url+"/?invitation="+url.QueryEscape(made.Code) || made.Role != "member" || made.Left != 2 {
		t.Errorf("the invitation is %+v", made)
	}
	var in api.Session
	s.visitor.do("POST", "/session", api.Login{Register: &api.Register{Nick: "bob", Password: goodPassword, Invitation: made.Code}}, 200, &in)
	bob := &visitor{site: s, token: in.Token}
	bob.do("GET", "/rooms/crew", nil, 200, nil)
	var room api.Room
	if bob.do("GET", "/rooms/lobby", nil, 200, &room); !room.Joined {
		t.Error("bob is not in the lobby")
	}
	var all api.Invitations
	ada.do("GET", "/invitations", nil, 200, &all)
	if len(all.Invitations) != 1 || all.Invitations[0].Left != 1 || strings.Join(all.Invitations[0].Rooms, " ") != "#crew" || all.Invitations[0].Code != "" {
		t.Fatalf("the invitations are %+v", all)
	}
	bob.refused("GET", "/invitations", nil, 403, "forbidden")
	bob.refused("POST", "/invitations", api.NewInvitation{}, 403, "forbidden")
	ada.refused("POST", "/invitations", api.NewInvitation{Role: "king"}, 400, "invalid")
	ada.refused("POST", "/invitations", api.NewInvitation{Rooms: []string{"nowhere"}}, 404, "not-found")
	ada.do("DELETE", "/invitations/"+chat.Seq(all.Invitations[0].Number).String(), nil, 204, nil)
	s.visitor.refused("POST", "/session", api.Login{Register: &api.Register{Nick: "eve", Password: goodPassword, Invitation: made.Code}}, 403, "forbidden")
}

func TestAdministration(t *testing.T) {
	s := start(t, options{})
	ada, troll := s.admin("ada"), s.member("troll")
	for _, path := range []string{"/admin/people", "/admin/bans", "/admin/audit", "/admin/state"} {
		troll.refused("GET", path, nil, 403, "forbidden")
		ada.do("GET", path, nil, 200, nil)
	}
	var people api.Accounts
	ada.do("GET", "/admin/people?q=TRO", nil, 200, &people)
	if len(people.People) != 1 || people.People[0].Nick != "troll" || people.People[0].Connections[0].From != "192.0.2.1" {
		t.Errorf("found %+v", people)
	}
	ada.do("GET", "/admin/people?limit=1", nil, 200, &people)
	if len(people.People) != 1 || people.Next != people.People[0].ID {
		t.Errorf("a page of one is %+v", people)
	}
	var one api.Account
	ada.do("PATCH", "/admin/people/troll", api.RoleChange{Role: "admin"}, 200, &one)
	if one.Role != "admin" {
		t.Errorf("promoted, the troll is %+v", one)
	}
	ada.do("PATCH", "/admin/people/troll", api.RoleChange{Role: "member"}, 200, nil)
	troll.refused("PATCH", "/admin/people/ada", api.RoleChange{Role: "member"}, 403, "forbidden")
	ada.refused("PATCH", "/admin/people/nobody", api.RoleChange{Role: "member"}, 404, "not-found")
	ada.do("POST", "/admin/people/troll/disconnect", api.Reason{Reason: "calm down"}, 204, nil)
	troll.do("GET", "/session", nil, 200, nil)

	ada.do("POST", "/admin/bans", api.NewBan{Who: "troll", Reason: "spam"}, 204, nil)
	troll.refused("GET", "/session", nil, 403, "forbidden")
	ada.refused("POST", "/admin/bans", api.NewBan{Who: "192.0.2.0/24"}, 400, "invalid")
	ada.do("POST", "/admin/bans", api.NewBan{Who: "198.51.100.0/24"}, 204, nil)
	var bans api.Bans
	ada.do("GET", "/admin/bans", nil, 200, &bans)
	if len(bans.Bans) != 2 || bans.Bans[0].Who != "troll" || bans.Bans[0].Reason != "spam" || bans.Bans[0].By != "ada" {
		t.Errorf("the bans are %+v", bans)
	}
	s.from(gateway.Peer{Remote: netip.MustParseAddr("198.51.100.7"), Private: true})
	s.visitor.refused("POST", "/session", api.Login{Nick: "x"}, 403, "forbidden")
	s.from(gateway.Peer{Remote: netip.MustParseAddr("192.0.2.1"), Private: true})
	ada.do("DELETE", "/admin/bans?who=troll", nil, 204, nil)
	troll.do("GET", "/session", nil, 200, nil)

	var audit, older api.Audit
	ada.do("GET", "/admin/audit?limit=2", nil, 200, &audit)
	if len(audit.Records) != 2 || audit.Records[0].Kind != "unbanned" || !strings.Contains(audit.Records[0].Text, "troll") || audit.Next == 0 {
		t.Fatalf("the audit log begins with %+v", audit)
	}
	ada.do("GET", "/admin/audit?limit=2&before="+chat.Seq(audit.Next).String(), nil, 200, &older)
	if len(older.Records) != 2 || older.Records[0].Seq >= audit.Records[1].Seq {
		t.Errorf("and goes on with %+v", older)
	}
	var state api.State
	ada.do("GET", "/admin/state", nil, 200, &state)
	if state.People != 2 || state.Epoch != s.hub.Epoch() || state.Memory == 0 || state.Started == 0 {
		t.Errorf("the server is %+v", state)
	}
}

func TestPropertiesAreKept(t *testing.T) {
	s := start(t, options{})
	ann := s.member("ann")
	ann.do("PUT", "/me/properties/settings", api.Property{Value: `{"theme":"dark"}`, Private: true}, 204, nil)
	ann.do("PUT", "/me/properties/status", api.Property{Value: "at tea"}, 204, nil)
	var all api.Properties
	ann.do("GET", "/me/properties", nil, 200, &all)
	if len(all.Properties) != 2 || all.Properties["settings"] != `{"theme":"dark"}` || all.Properties["status"] != "at tea" {
		t.Errorf("kept is %v", all)
	}
	ann.do("DELETE", "/me/properties/status", nil, 204, nil)
	all = api.Properties{}
	if ann.do("GET", "/me/properties", nil, 200, &all); len(all.Properties) != 1 {
		t.Errorf("kept is %v", all)
	}
	ann.refused("PUT", "/me/properties/-nonsense%20-", api.Property{Value: "x"}, 400, "invalid")
}
