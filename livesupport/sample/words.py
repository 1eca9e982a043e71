"""What made-up people ask and answer, by language. `{item}`, `{order}`, `{city}`, `{day}` and `{name}` are filled in."""

from __future__ import annotations

import msgspec


class Words(msgspec.Struct, frozen=True):
    """One language: people, things, and sentences."""

    names: tuple[str, ...]
    surnames: tuple[str, ...]
    cities: tuple[str, ...]
    days: tuple[str, ...]
    items: tuple[str, ...]
    subjects: tuple[str, ...]
    asked: tuple[str, ...]
    details: tuple[str, ...]
    answers: tuple[str, ...]
    thanks: tuple[str, ...]
    notes: tuple[str, ...]


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|"))


LANGUAGES: dict[str, Words] = {
    "en": Words(
        names=_list(
            "Alice|Ben|Clara|Daniel|Emma|Frank|Grace|Henry|Isla|Jack|Kate|Liam|Maya|Noah|Olivia|Peter|Rose|Sam|Tess|Will"
        ),
        surnames=_list(
            "Archer|Bennett|Carter|Dawson|Ellis|Foster|Grant|Hughes|Irving|Jenkins|Keller|Lawson|Mercer|Norris|Owens"
        ),
        cities=_list("London|Leeds|Bristol|Dublin|Cardiff|Glasgow|Boston|Austin|Toronto|Sydney"),
        days=_list("Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|yesterday|last week"),
        items=_list(
            "kettle|teapot|mug|bowl|plate|vase|lamp|candle|blanket|cushion|basket|knife|saucepan|frying pan|coffee grinder|"
            "scale|thermos|tray|jar|jug|apron|cutting board|spoon|towel|chair"
        ),
        subjects=_list(
            "The {item} leaks|Order {order} has not arrived|Refund for the {item}|Wrong {item} delivered|"
            "Question about the {item}|"
            "Invoice for {order}|Payment was taken twice|Change of address for {order}|Warranty of the {item}|Cannot sign in"
        ),
        asked=_list(
            "The {item} from order {order} leaks since {day}.|I ordered a {item} on {day} and it has not arrived in {city}.|"
            "My card was charged twice for order {order}.|The {item} came broken, the box was damaged.|"
            "You sent me a {item} instead of what I ordered.|I cannot sign in to my account since {day}.|"
            "Please change the delivery address of {order} to {city}.|Can I return the {item} that I bought on {day}?|"
            "The invoice for order {order} shows a wrong amount.|How long does the warranty of the {item} last?"
        ),
        details=_list(
            "I have attached a photograph.|The courier says that nobody was at home.|I need it before {day}.|"
            "It worked well for two weeks.|The tracking page has not changed since {day}.|"
            "I have already restarted it several times.|"
            "My neighbour in {city} has the same one and is happy with it.|The receipt is in the box.|"
            "I would prefer a replacement to a refund.|Please call me in the evening.|The lid does not close any more.|"
            "There is a scratch on the handle.|I paid by bank transfer.|The discount code was not accepted."
        ),
        answers=_list(
            "Thank you for your message, {name}. I have looked at order {order}.|A new {item} leaves our warehouse on {day}.|"
            "The second payment goes back to your card within three working days.|"
            "Could you send us a photograph of the {item}?|"
            "The courier will try again on {day}.|I have corrected the invoice and sent it by mail.|"
            "You can return the {item} within fourteen days.|We have changed the address to {city}.|"
            "Please try to sign in with the new password.|I am sorry for the trouble."
        ),
        thanks=_list(
            "Thank you, it has arrived.|That solved it, thanks.|Great, I will wait until {day}.|Still nothing, unfortunately."
        ),
        notes=_list(
            "Asked the warehouse about {order}.|The same batch as last month.|Customer called on {day}.|Refund approved."
        ),
    ),
    "ka": Words(
        names=_list(
            "ნინო|გიორგი|მარიამი|დავითი|ანა|ლუკა|თამარი|ლევანი|სალომე|ირაკლი|ეკა|ზურაბი|ქეთევანი|ვახტანგი|ელენე|სანდრო"
        ),
        surnames=_list("ბერიძე|კაპანაძე|გელაშვილი|მაისურაძე|ლომიძე|წიკლაური|ხუციშვილი|კვარაცხელია|ჯაფარიძე|აბაშიძე"),
        cities=_list("თბილისი|ბათუმი|ქუთაისი|რუსთავი|გორი|ზუგდიდი|ფოთი|თელავი|მცხეთა"),
        days=_list("ორშაბათს|სამშაბათს|ოთხშაბათს|ხუთშაბათს|პარასკევს|შაბათს|გუშინ|გასულ კვირას"),
        items=_list(
            "ჩაიდანი|ფინჯანი|თეფში|ლარნაკი|სანათი|სანთელი|პლედი|ბალიში|კალათა|დანა|ქვაბი|ტაფა|სასწორი|თერმოსი|ლანგარი|"
            "ქილა|დოქი|"
            "წინსაფარი|კოვზი|პირსახოცი|სკამი"
        ),
        subjects=_list(
            "{item} ჟონავს|შეკვეთა {order} არ მოსულა|თანხის დაბრუნება|სხვა ნივთი მომივიდა|კითხვა: {item}|ინვოისი {order}|"
            "თანხა ორჯერ ჩამომეჭრა|მისამართის შეცვლა|გარანტია: {item}|ვერ შევდივარ ანგარიშზე"
        ),
        asked=_list(
            "{item} შეკვეთიდან {order} {day} მერე ჟონავს.|{day} შევუკვეთე {item} და {city} ჯერ არ მოსულა.|"
            "ბარათიდან თანხა ორჯერ ჩამომეჭრა შეკვეთაზე {order}.|{item} გატეხილი მოვიდა, ყუთი დაზიანებული იყო.|"
            "შეკვეთილის ნაცვლად გამომიგზავნეთ {item}.|ანგარიშზე ვეღარ შევდივარ {day} შემდეგ.|"
            "გთხოვთ შეცვალოთ მიწოდების მისამართი: {city}.|შემიძლია დავაბრუნო {item}, რომელიც {day} ვიყიდე?|"
            "ინვოისში {order} არასწორი თანხა წერია.|რამდენი ხანი მოქმედებს გარანტია?"
        ),
        details=_list(
            "ფოტო დავურთე.|კურიერი ამბობს, რომ სახლში არავინ იყო.|{day} უნდა მქონდეს.|ორი კვირა კარგად მუშაობდა.|"
            "თვალყურის გვერდი აღარ იცვლება.|რამდენჯერმე გადავტვირთე.|მეზობელს იგივე აქვს და კმაყოფილია.|ქვითარი ყუთშია.|"
            "მირჩევნია შეცვლა, ვიდრე თანხის დაბრუნება.|საღამოს დამირეკეთ.|სახურავი აღარ იხურება.|სახელურზე ნაკაწრია.|"
            "საბანკო გადარიცხვით გადავიხადე.|ფასდაკლების კოდი არ მიიღო."
        ),
        answers=_list(
            "გმადლობთ წერილისთვის, {name}. ვნახე შეკვეთა {order}.|ახალი {item} საწყობიდან {day} გამოვა.|"
            "მეორე გადახდა სამ სამუშაო დღეში დაგიბრუნდებათ.|შეგიძლიათ გამოგვიგზავნოთ ფოტო?|კურიერი კიდევ ერთხელ მოვა {day}.|"
            "ინვოისი გავასწორე და ფოსტით გამოგიგზავნეთ.|დაბრუნება თოთხმეტი დღის განმავლობაში შეგიძლიათ.|"
            "მისამართი შევცვალეთ: {city}.|სცადეთ შესვლა ახალი პაროლით.|ბოდიშს გიხდით შეფერხებისთვის."
        ),
        thanks=_list("გმადლობთ, მოვიდა.|მოგვარდა, მადლობა.|კარგი, {day} დაველოდები.|სამწუხაროდ ჯერ არაფერია."),
        notes=_list("საწყობს ვკითხე {order}.|იგივე პარტია.|კლიენტმა {day} დარეკა.|თანხის დაბრუნება დადასტურდა."),
    ),
    "fa": Words(
        names=_list("مریم|علی|زهرا|رضا|فاطمه|حسین|سارا|مهدی|نرگس|امیر|لیلا|کاوه|شیرین|بهرام|پریسا|آرش"),
        surnames=_list("احمدی|رضایی|کریمی|محمدی|حسینی|موسوی|جعفری|نوری|صادقی|کاظمی|رستمی|شریفی"),
        cities=_list("تهران|مشهد|اصفهان|شیراز|تبریز|کرج|اهواز|رشت|یزد|کرمان"),
        days=_list("شنبه|یکشنبه|دوشنبه|سه‌شنبه|چهارشنبه|پنجشنبه|دیروز|هفتهٔ گذشته"),
        items=_list(
            "کتری|قوری|لیوان|کاسه|بشقاب|گلدان|چراغ|شمع|پتو|بالش|سبد|چاقو|قابلمه|ماهیتابه|ترازو|فلاسک|سینی|شیشه|پارچ|"
            "پیشبند|قاشق|حوله|صندلی"
        ),
        subjects=_list(
            "{item} چکه می‌کند|سفارش {order} نرسیده است|بازگشت پول {item}|کالای اشتباه رسید|پرسش دربارهٔ {item}|فاکتور {order}|"
            "پول دو بار برداشته شد|تغییر نشانی سفارش|گارانتی {item}|نمی‌توانم وارد شوم"
        ),
        asked=_list(
            "{item} از سفارش {order} از {day} چکه می‌کند.|{day} یک {item} سفارش دادم و هنوز به {city} نرسیده است.|"
            "از کارت من دو بار برای سفارش {order} پول برداشته شد.|{item} شکسته رسید و جعبه آسیب دیده بود.|"
            "به جای سفارش من یک {item} فرستاده‌اید.|از {day} نمی‌توانم وارد حساب شوم.|"
            "لطفاً نشانی سفارش {order} را به {city} تغییر دهید.|"
            "آیا می‌توانم {item} را که {day} خریدم برگردانم؟|مبلغ فاکتور {order} نادرست است.|گارانتی {item} چه مدت است؟"
        ),
        details=_list(
            "یک عکس پیوست کرده‌ام.|پیک می‌گوید کسی در خانه نبود.|تا {day} به آن نیاز دارم.|دو هفته خوب کار می‌کرد.|"
            "صفحهٔ رهگیری تغییر نکرده است.|چند بار آن را دوباره روشن کردم.|همسایهٔ من در {city} همین را دارد و راضی است.|"
            "رسید در جعبه است.|"
            "تعویض را به بازگشت پول ترجیح می‌دهم.|لطفاً عصر تماس بگیرید.|در آن بسته نمی‌شود.|روی دسته خراش هست.|"
            "با انتقال بانکی پرداخت کردم.|کد تخفیف پذیرفته نشد."
        ),
        answers=_list(
            "از پیام شما سپاسگزارم، {name}. سفارش {order} را دیدم.|یک {item} نو {day} از انبار فرستاده می‌شود.|"
            "پرداخت دوم تا سه روز کاری به کارت شما برمی‌گردد.|می‌توانید عکسی از {item} بفرستید؟|پیک {day} دوباره می‌آید.|"
            "فاکتور را درست کردم و فرستادم.|تا چهارده روز می‌توانید {item} را برگردانید.|نشانی را به {city} تغییر دادیم.|"
            "لطفاً با گذرواژهٔ تازه وارد شوید.|از مشکل پیش‌آمده پوزش می‌خواهم."
        ),
        thanks=_list("سپاس، رسید.|درست شد، ممنون.|خوب است، تا {day} صبر می‌کنم.|متأسفانه هنوز خبری نیست."),
        notes=_list("از انبار دربارهٔ {order} پرسیدم.|همان سری ماه پیش.|مشتری {day} تماس گرفت.|بازگشت پول تأیید شد."),
    ),
    "uk": Words(
        names=_list("Олена|Андрій|Марія|Іван|Наталія|Тарас|Оксана|Богдан|Ірина|Юрій|Катерина|Сергій|Софія|Назар|Леся|Остап"),
        surnames=_list("Шевченко|Коваленко|Бондаренко|Ткаченко|Кравченко|Олійник|Лисенко|Мельник|Поліщук|Гончар"),
        cities=_list("Київ|Львів|Харків|Одеса|Дніпро|Полтава|Чернівці|Ужгород|Луцьк"),
        days=_list("у понеділок|у вівторок|у середу|у четвер|у п'ятницю|у суботу|вчора|минулого тижня"),
        items=_list(
            "чайник|чашка|тарілка|миска|ваза|лампа|свічка|ковдра|подушка|кошик|ніж|каструля|сковорода|кавомолка|ваги|"
            "термос|таця|банка|"
            "глечик|фартух|ложка|рушник|стілець"
        ),
        subjects=_list(
            "Протікає {item}|Замовлення {order} не прийшло|Повернення коштів|Надіслали не те|Питання: {item}|Рахунок {order}|"
            "Гроші списано двічі|Змінити адресу доставки|Гарантія: {item}|Не можу увійти"
        ),
        asked=_list(
            "Товар {item} із замовлення {order} протікає, помітили {day}.|"
            "Замовили {item} {day}, але в {city} посилка не прийшла.|"
            "З картки двічі списали гроші за замовлення {order}.|Товар {item} прийшов розбитим, коробка пошкоджена.|"
            "Замість мого замовлення ви надіслали {item}.|Не можу увійти до кабінету, почалося {day}.|"
            "Змініть, будь ласка, адресу доставки {order} на {city}.|Чи можна повернути {item}, куплений {day}?|"
            "У рахунку {order} неправильна сума.|Скільки діє гарантія на {item}?"
        ),
        details=_list(
            "Додаю фотографію.|Кур'єр каже, що нікого не було вдома.|Потрібно отримати {day}.|Два тижні все працювало добре.|"
            "Сторінка відстеження не змінюється.|Я вже кілька разів перезапускав.|"
            "Сусід у {city} має такий самий і задоволений.|"
            "Чек лежить у коробці.|Краще заміна, ніж повернення грошей.|Зателефонуйте ввечері.|Кришка більше не закривається.|"
            "На ручці подряпина.|Оплачено банківським переказом.|Код знижки не прийнято."
        ),
        answers=_list(
            "Дякуємо за лист, {name}. Переглянули замовлення {order}.|Новий товар ({item}) вирушить зі складу {day}.|"
            "Другий платіж повернеться на картку за три робочі дні.|Чи можете надіслати фотографію?|"
            "Кур'єр приїде ще раз {day}.|"
            "Рахунок виправлено й надіслано поштою.|Повернути можна протягом чотирнадцяти днів.|Адресу змінено на {city}.|"
            "Спробуйте увійти з новим паролем.|Перепрошуємо за незручності."
        ),
        thanks=_list("Дякую, прийшло.|Усе вирішено, дякую.|Добре, чекатиму {day}.|На жаль, поки нічого."),
        notes=_list("Запитали склад про {order}.|Та сама партія.|Клієнт телефонував {day}.|Повернення погоджено."),
    ),
    "ru": Words(
        names=_list(
            "Анна|Алексей|Мария|Дмитрий|Ольга|Сергей|Елена|Михаил|Ирина|Павел|Татьяна|Николай|Юлия|Виктор|Дарья|Кирилл"
        ),
        surnames=_list("Иванова|Смирнов|Кузнецова|Попов|Соколова|Лебедев|Козлова|Новиков|Морозова|Волков|Зайцева|Павлов"),
        cities=_list("Москва|Казань|Самара|Тверь|Пермь|Омск|Томск|Алматы|Минск|Рига"),
        days=_list("в понедельник|во вторник|в среду|в четверг|в пятницу|в субботу|вчера|на прошлой неделе"),
        items=_list(
            "чайник|чашка|тарелка|миска|ваза|лампа|свеча|плед|подушка|корзина|нож|кастрюля|сковорода|кофемолка|весы|"
            "термос|поднос|банка|"
            "кувшин|фартук|ложка|полотенце|стул"
        ),
        subjects=_list(
            "Протекает {item}|Заказ {order} не пришёл|Возврат денег|Прислали не то|Вопрос: {item}|Счёт {order}|"
            "Деньги списаны дважды|Изменить адрес доставки|Гарантия: {item}|Не могу войти"
        ),
        asked=_list(
            "Товар {item} из заказа {order} протекает, заметили {day}.|Заказали {item} {day}, но в {city} посылка не пришла.|"
            "С карты дважды списали деньги за заказ {order}.|Товар {item} пришёл разбитым, коробка повреждена.|"
            "Вместо моего заказа вы прислали {item}.|Не могу войти в кабинет, началось {day}.|"
            "Измените, пожалуйста, адрес доставки {order} на {city}.|Можно ли вернуть {item}, купленный {day}?|"
            "В счёте {order} неверная сумма.|Сколько действует гарантия на {item}?"
        ),
        details=_list(
            "Прикладываю фотографию.|Курьер говорит, что никого не было дома.|Нужно получить {day}.|"
            "Две недели всё работало хорошо.|"
            "Страница отслеживания не меняется.|Я уже несколько раз перезапускал.|"
            "У соседа в городе {city} такой же, и он доволен.|"
            "Чек лежит в коробке.|Лучше замена, чем возврат денег.|Позвоните вечером.|Крышка больше не закрывается.|"
            "На ручке царапина.|Оплачено банковским переводом.|Код скидки не принят."
        ),
        answers=_list(
            "Спасибо за письмо, {name}. Мы посмотрели заказ {order}.|Новый товар ({item}) отправится со склада {day}.|"
            "Второй платёж вернётся на карту за три рабочих дня.|Можете прислать фотографию?|Курьер приедет ещё раз {day}.|"
            "Счёт исправлен и отправлен по почте.|Вернуть можно в течение четырнадцати дней.|Адрес изменён на {city}.|"
            "Попробуйте войти с новым паролем.|Приносим извинения за неудобства."
        ),
        thanks=_list("Спасибо, пришло.|Всё решено, спасибо.|Хорошо, буду ждать {day}.|К сожалению, пока ничего."),
        notes=_list("Спросили склад про {order}.|Та же партия.|Клиент звонил {day}.|Возврат согласован."),
    ),
}
