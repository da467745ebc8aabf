package chat

import (
	"strings"
	"testing"
)

func TestEveryRuleNameIsParsedBack(t *testing.T) {
	names := Rules.RuleNames()
	if len(names) != len(ruleNames) {
		t.Fatalf("the names of all rules are %v", names)
	}
	var all Flags
	for _, name := range names {
		f, ok := ParseRule(name)
		if !ok || f&Rules != f || all&f != 0 {
			t.Errorf("%q is %v, %t", name, f, ok)
		}
		all |= f
	}
	if got := strings.Join((Announce | Quiet | Private).RuleNames(), " "); got != "announce quiet" {
		t.Errorf("a private room where comings are not announced has the rules %q", got)
	}
	if f, ok := ParseRule("private"); ok {
		t.Errorf("what can't be changed is a rule: %v", f)
	}
}
