// @ts-check
// Polish. A value with several forms is chosen by n (Intl.PluralRules).

/** @type {Record<import('../i18n.js').Word, import('../i18n.js').Wording>} */
export default {
  'app.skip': 'Przejdź do wiadomości',
  'app.loading': 'Wczytywanie…',

  'connection.connecting': 'Łączenie…',
  'connection.waiting': 'Ponowne łączenie…',
  'connection.offline': 'Nie masz połączenia. To, co napiszesz, wyślemy, gdy wróci.',
  'connection.ended': 'Połączenie zostało zamknięte.',
  'connection.retry': 'Spróbuj teraz',

  'dialog.close': 'Zamknij',
  'dialog.cancel': 'Anuluj',
  'dialog.ok': 'OK',
  'toast.dismiss': 'Zamknij',
  'toast.undo': 'Cofnij',
  'toast.region': 'Powiadomienia',
  'field.required': 'To pole jest wymagane.',

  'nav.rooms': 'Pokoje i rozmowy',
  'nav.open': 'Pokaż pokoje',
  'nav.close': 'Ukryj pokoje',
  'nav.channels': 'Pokoje',
  'nav.directs': 'Rozmowy prywatne',
  'nav.unread': { one: '{n} nieprzeczytana', few: '{n} nieprzeczytane', many: '{n} nieprzeczytanych', other: '{n} nieprzeczytanej' },
  'nav.mentions': { one: '{n} wzmianka', few: '{n} wzmianki', many: '{n} wzmianek', other: '{n} wzmianki' },
  'nav.settings': 'Ustawienia',
  'nav.search': 'Szukaj',
  'nav.switch': 'Przejdź do pokoju lub osoby',
  'nav.admin': 'Administracja',
  'nav.browse': 'Znajdź lub załóż pokój',

  'signin.title': 'Wejdź',
  'signin.nick': 'Twój nick',
  'signin.guest': 'Wejdź jako gość',
};
