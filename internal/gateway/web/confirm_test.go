package web_test

import (
	"net/http"
	"testing"
	"time"

	"hubbub/api"
)

// What would let somebody in for longer takes the password once more, when the login is
// of a while ago.
func TestAnOldLoginIsNotEnoughForAnotherWayIn(t *testing.T) {
	s := start(t, options{})
	ann := s.member("ann")
	further := []struct {
		path string
		body any
		done int
	}{{"/me/passkeys", nil, 200}, {"/tokens", api.NewToken{Name: "script"}, 201}, {"/me/totp", nil, 200}}
	all := func(v *visitor, code string) {
		t.Helper()
		for _, x := range further {
			if code == "" {
				v.do("POST", x.path, x.body, x.done, nil)
			} else {
				v.refused("POST", x.path, x.body, 403, code)
			}
		}
		if code != "" {
			v.refused("GET", "/session/confirmation", nil, 403, code)
			if a := v.ask("GET", "/api/v1/oidc/start?link", nil); a.StatusCode != 403 {
				t.Errorf("an account elsewhere is linked: %d", a.StatusCode)
			}
		}
	}
	all(ann, "")
	s.later(9 * time.Minute)
	all(ann, "")
	s.later(11 * time.Minute)
	all(ann, "password")
	ann.do("GET", "/rooms", nil, 200, nil)
	ann.do("PATCH", "/me", api.AccountChange{Nick: ptr("anna")}, 200, nil)

	ann.refused("POST", "/session/confirmation", api.Password{Password: "wrong"}, 403, "forbidden")
	ann.refused("POST", "/session/confirmation", api.Password{}, 403, "forbidden")
	all(ann, "password")
	ann.do("POST", "/session/confirmation", api.Password{Password: goodPassword}, 204, nil)
	ann.do("GET", "/session/confirmation", nil, 204, nil)
	all(ann, "")
	s.later(22 * time.Minute)
	all(ann, "password")
	basic := &visitor{site: s, header: http.Header{"Authorization": {basicAuth("anna", goodPassword)}}}
	all(basic, "")
	s.guest("otter").refused("POST", "/session/confirmation", api.Password{Password: goodPassword}, 403, "forbidden")
}

// Whoever has an admin's cookie could make themselves one for good.
func TestACookieAloneMakesNoAdmins(t *testing.T) {
	s := start(t, options{})
	s.admin("ada")
	bob := s.member("bob")
	a := s.visitor.do("POST", "/session", api.Login{User: "ada", Password: goodPassword, Cookie: true}, 200, nil)
	browser := &visitor{site: s, header: http.Header{"Cookie": {"hubbub=" + a.cookie("hubbub")}}}
	var program api.Session
	s.visitor.do("POST", "/session", api.Login{User: "ada", Password: goodPassword}, 200, &program)
	s.later(11 * time.Minute)
	browser.refused("POST", "/invitations", api.NewInvitation{Role: "admin"}, 403, "password")
	browser.refused("PATCH", "/admin/people/bob", api.RoleChange{Role: "admin"}, 403, "password")
	browser.refused("POST", "/commands", api.Command{ID: "a1", Op: api.OpRole, Nick: "bob", Level: "owner"}, 403, "password")
	browser.do("POST", "/invitations", api.NewInvitation{}, 201, nil)
	browser.refused("PATCH", "/admin/people/bob", api.RoleChange{Role: "member"}, 409, "conflict") // which he is
	(&visitor{site: s, token: program.Token}).do("POST", "/invitations", api.NewInvitation{Role: "admin"}, 201, nil)
	bob.refused("PATCH", "/admin/people/ada", api.RoleChange{Role: "owner"}, 403, "forbidden")

	browser.do("POST", "/session/confirmation", api.Password{Password: goodPassword}, 204, nil)
	browser.do("PATCH", "/admin/people/bob", api.RoleChange{Role: "admin"}, 200, nil)
	browser.do("POST", "/invitations", api.NewInvitation{Role: "admin"}, 201, nil)
}

// A token that was just made is not the trace of a login: else each could make the next.
func TestATokenIsNoLogin(t *testing.T) {
	s := start(t, options{})
	ann := s.member("ann")
	var made api.Token
	ann.do("POST", "/tokens", api.NewToken{Name: "script", Scope: "all"}, 201, &made)
	script := &visitor{site: s, token: made.Token}
	script.refused("POST", "/tokens", api.NewToken{Name: "more"}, 403, "password")
	basic := &visitor{site: s, header: http.Header{"Authorization": {basicAuth("ann", made.Token)}}}
	basic.refused("POST", "/tokens", api.NewToken{Name: "more"}, 403, "password")
	script.do("POST", "/session/confirmation", api.Password{Password: goodPassword}, 204, nil)
	script.do("POST", "/tokens", api.NewToken{Name: "more"}, 201, nil)
	ann.do("POST", "/tokens", api.NewToken{Name: "reader", Scope: "read"}, 201, &made)
	(&visitor{site: s, token: made.Token}).refused("POST", "/me/totp", nil, 403, "forbidden")
}

// Who came by an account elsewhere has no password to give.
func TestWhoHasNoPasswordLogsInAnewInstead(t *testing.T) {
	s, issuer := elsewhere(t)
	a := s.visit(issuer, "", "alice", "")
	newcomer := &visitor{site: s, header: http.Header{"Cookie": {"hubbub-oidc=" + a.cookie("hubbub-oidc")}}}
	var in api.Session
	newcomer.do("POST", "/session", api.Login{Register: &api.Register{Nick: "alice"}}, 200, &in)
	alice := &visitor{site: s, token: in.Token}
	var seed api.SecondFactorSeed
	alice.do("POST", "/me/totp", nil, 200, &seed)
	alice.do("POST", "/me/totp/confirm", api.Code{Code: code(t, seed.Seed)}, 200, nil)

	s.later(11 * time.Minute)
	first := api.AccountChange{Password: &api.PasswordChange{New: "another good password"}}
	alice.refused("PATCH", "/me", first, 403, "fresh")
	alice.refused("DELETE", "/me/totp", api.Password{}, 403, "fresh")
	alice.refused("POST", "/tokens", api.NewToken{Name: "script"}, 403, "fresh")
	alice.refused("POST", "/session/confirmation", api.Password{Password: "x"}, 403, "forbidden")

	s.later(0)
	alice.do("DELETE", "/me/totp", api.Password{}, 204, nil)
	alice.do("PATCH", "/me", first, 200, nil)
	alice.refused("PATCH", "/me", first, 403, "forbidden") // now there is one to be given
	s.visitor.do("POST", "/session", api.Login{User: "alice", Password: "another good password"}, 200, nil)
}
